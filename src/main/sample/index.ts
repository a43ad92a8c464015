/** The sample cache: the part that other folders may use. */
export { buildSample } from './buildSample.ts'
