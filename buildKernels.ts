/** Compiles the core's WebAssembly (`src/main/core/kernels/assembly`) into a module of the core, so that nothing has to find a file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const FOLDER = 'src/main/core/kernels'
const SOURCE = 'assembly/kernels.ts'
const OPTIONS = ['--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory']

const written = new Map<string, Uint8Array | string>()
const { error, stderr } = await asc.main([SOURCE, '--baseDir', join(import.meta.dirname, FOLDER), ...OPTIONS], {
  writeFile: (name, contents) => void written.set(name, contents)
})
const wasm = written.get('kernels.wasm')
if (error !== null || wasm === undefined) {
  process.stderr.write(`${stderr}${error?.message ?? 'nothing was compiled'}\n`)
  process.exit(1)
}
const text = `/** Made by buildKernels.ts out of ${SOURCE}; not to be edited. */
export const KERNELS_WASM = '${Buffer.from(wasm).toString('base64')}'
`
writeFileSync(join(import.meta.dirname, FOLDER, 'kernelsWasm.ts'), text)
