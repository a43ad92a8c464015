export * from './contract.ts'
export * from './jobs.ts'
export * from './schemas.ts'
