/** Makes the pictures with the tools of the tests, but only on request. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['test/screenshots/pictures.ts'], pool: 'forks', testTimeout: 300_000 } })
