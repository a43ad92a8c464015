/** The only addresses that are ever handed to the system's browser. */
export const LINKS: Readonly<Record<string, string>> = {
  documentation: 'https://abdelstark.github.io/GenoLeWM/',
  source: 'https://github.com/AbdelStark/GenoLeWM'
}
