/** A value, once it has not changed for a while. */
import { useEffect, useState } from 'react'

/** @param ms how long it must be unchanged */
export function useDelayed<T>(value: T, ms: number): T {
  const [delayed, setDelayed] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return delayed
}
