interface ImportMeta {
  /** What Vite puts in when it builds. */
  readonly env: { readonly DEV: boolean }
}
