/** What the bundler makes of a style sheet: class names of modules by their local name, nothing of the others. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>
  export default classes
}
declare module '*.css'
