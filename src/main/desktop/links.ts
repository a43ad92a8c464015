/** The only addresses that are opened in the system's browser. */
export const LINKS: Readonly<Record<string, string>> = {
  documentation: 'https://abdelstark.github.io/GenoLeWM/',
  source: 'https://github.com/AbdelStark/GenoLeWM'
}
