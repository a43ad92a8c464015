interface ImportMeta {
  /** Constants that Vite inserts in a build. */
  readonly env: { readonly DEV: boolean }
}
