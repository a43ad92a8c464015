/** The source of the page in development (`npm run dev`): Vite with hot reload. Not part of a build. */

/** Address of Vite's server; null in every build. */
export const DEV_PAGE: string | null = import.meta.env.DEV ? (process.env.ELECTRON_RENDERER_URL ?? null) : null
