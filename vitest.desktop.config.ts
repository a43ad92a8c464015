/** All journeys of the window in Electron: `npm run test:e2e:desktop`. */
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

export default mergeConfig(base, defineConfig({ test: { env: { LEWM_CARRIERS: 'all' }, testNamePattern: /in Electron/ } }))
