/** The modules that the bundler makes of style sheets: class names by local name for CSS modules, nothing for others. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>
  export default classes
}
declare module '*.css'
