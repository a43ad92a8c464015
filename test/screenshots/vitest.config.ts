/** The pictures are made by the parts that the tests have, but only when somebody asks for them. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['test/screenshots/pictures.ts'], pool: 'forks', testTimeout: 300_000 } })
