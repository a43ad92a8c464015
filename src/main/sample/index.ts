/** The sample cache: what the other rooms may know of it. */
export { buildSample } from './buildSample.ts'
