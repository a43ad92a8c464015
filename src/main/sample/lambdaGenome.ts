/** The genome of phage lambda (NC_001416.1) in resources/: one record, only uppercase ACGT. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError, SystemError } from '../../shared/model/index.ts'
import { asSystemError } from '../core/index.ts'

/** The contig's name in the sample cache: the accession with its version. */
export const LAMBDA_CONTIG = 'NC_001416.1'

const FASTA = join('resources', 'lambda_phage.fa')

/**
 * Reads the genome from `resources/lambda_phage.fa`.
 *
 * @returns 48,502 bases ACGT
 * @throws SystemError if the file is not part of this installation, or cannot be read
 */
export async function readLambdaGenome(): Promise<string> {
  const path = resourcePath(import.meta.dirname)
  try {
    return parseFasta(await readFile(path, 'utf8'))
  } catch (error) {
    throw error instanceof InputError ? error : asSystemError(error, 'read', path)
  }
}

/**
 * The sequence of a FASTA text with one record, uppercase.
 *
 * @throws InputError if the text has no record, several, or other characters than ACGT
 */
export function parseFasta(text: string): string {
  const [head, ...lines] = text.trim().split(/\r?\n/)
  if (!head?.startsWith('>')) throw new InputError('a FASTA record starts with ">"', { found: head?.slice(0, 40) ?? '' })
  const letters = lines.join('').toUpperCase()
  const other = /[^ACGT]/.exec(letters)
  if (letters === '' || other) {
    throw new InputError('expected one FASTA record with the bases ACGT', {
      letters: letters.length,
      found: other?.[0] ?? null,
      at: other?.index ?? null
    })
  }
  return letters
}

/** The source is three folders below the package's root and the bundle two, so parent folders are searched. */
function resourcePath(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, FASTA)
    if (existsSync(path)) return path
    if (dirname(folder) === folder)
      throw new SystemError('the lambda genome is missing from this installation', { file: FASTA, looked_from: from })
  }
}
