/** The service: what carriers may know of it. */
export { createService, type Service } from './createService.ts'
