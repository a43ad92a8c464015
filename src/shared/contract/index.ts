export * from './contract.ts'
export * from './jobs.ts'
export * from './reports.ts'
export * from './schemas.ts'
