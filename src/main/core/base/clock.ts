/** The time of day in nanoseconds, as GenoLeWM stamps rows and names in quarantine. */

/** UTC ns since 1970; finer than a millisecond only so that two stamps differ. */
export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n)
}
