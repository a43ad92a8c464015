/** Where the page comes from while it is developed (`npm run dev`): from Vite, with hot reload. A build has nothing of this. */

/** Address of Vite's server; null in every build. */
export const DEV_PAGE: string | null = import.meta.env.DEV ? (process.env.ELECTRON_RENDERER_URL ?? null) : null
