/** One row, and every form in which it can be exported. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { find, openCacheReader } from '../../../src/main/core/index.ts'
import { inTheWindow, TEST_MS } from '../support/carriers.ts'
import { damagedSample } from '../support/inspector.ts'
import { GENOME, inspectorPane, POLL, pressWhileFollowing, shardGrid, type } from '../support/window.ts'

const SHARD = 'embeddings/lambda__kmer-spectrum/3/global_mean_0/chrNC_001416.1_0.parquet'

/** After this the selection follows the row, ms. */
const REST = 120

inTheWindow('a row', open => {
  test('that a key selects while the selection still follows another one stays selected', { timeout: TEST_MS }, async () => {
    const { page } = await open(damagedSample())
    await shardGrid(page).getByText('chrNC_001416.1_0.parquet').first().waitFor()
    await type(page, SHARD)
    await page.keyboard.press('Enter')
    await inspectorPane(page).getByRole('heading', { name: 'chrNC_001416.1_0.parquet' }).waitFor()
    await page.keyboard.press('Control+3')
    const grid = page.getByRole('grid', { name: 'Rows of the shard' })
    await grid.locator('[aria-rowindex="3"]').click()
    await inspectorPane(page).getByRole('heading', { name: 'Row 1 (32 rows)' }).waitFor()
    for (const [first, second, offset] of [
      ['End', 'Home', 0],
      ['Home', 'End', 31]
    ] as const) {
      await pressWhileFollowing(grid, first, second, REST)
      await inspectorPane(page)
        .getByRole('heading', { name: `Row ${offset} (32 rows)` })
        .waitFor()
      await grid.locator(`[aria-rowindex="${offset + 2}"][aria-selected="true"]`).waitFor()
    }
  })

  test('copied as JSON, CSV and Python, and saved for NumPy, equals that of the cache', { timeout: TEST_MS }, async () => {
    const folder = damagedSample()
    const { page, copied, saved } = await open(folder)
    await shardGrid(page).getByText('chrNC_001416.1_0.parquet').first().waitFor()
    await type(page, SHARD)
    await page.keyboard.press('Enter')
    await inspectorPane(page).getByRole('heading', { name: 'chrNC_001416.1_0.parquet' }).waitFor()
    await page.keyboard.press('Control+3')
    await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="3"]').click()
    const inspector = inspectorPane(page)
    await inspector.getByRole('heading', { name: 'Row 1 (32 rows)' }).waitFor()

    const { rows } = await find(folder, GENOME.slice(512, 1536))
    const row = rows.find(({ shardPath, rowOffset }) => shardPath === SHARD && rowOffset === 1)
    const reader = openCacheReader(folder)
    const values = row === undefined ? null : reader.readEmbedding(row)
    reader.close()
    if (row === undefined || values === null) throw new Error('the sample has this window in this shard')
    const hash = Buffer.from(row.windowHash).toString('hex')

    const choose = async (form: string): Promise<void> => {
      await inspector.getByRole('button', { name: 'Copy vector' }).click()
      await page.getByRole('menuitem', { name: form }).click()
    }
    /** Waits until the clipboard has a text that begins like this. */
    const copy = async (form: string, beginning: RegExp): Promise<string> => {
      await choose(`Copy as ${form}`)
      await expect.poll(copied, POLL).toMatch(beginning)
      return copied()
    }
    const json: unknown = JSON.parse(await copy('JSON', /^\{/))
    expect(json).toMatchObject({ shard_path: SHARD, row_offset: 1, start_bp: 512, end_bp: 1536, window_hash: hash, dtype: 'fp32' })
    expect(json).toHaveProperty('embedding', [...values])
    const [head, ...lines] = (await copy('CSV', /^index,value/)).trimEnd().split('\n')
    expect(head).toBe('index,value')
    expect(lines).toEqual([...values].map((value, index) => `${index},${value}`))
    const python = await copy('Python', /^from geno_lewm/)
    expect(python).toContain('read_embedding(')
    for (const part of [JSON.stringify(folder), hash, 'state_layer=3', 'pool_type="global_mean"']) expect(python).toContain(part)

    const npy = Buffer.from(await saved(() => choose('Save as .npy…')))
    const start = 10 + npy.readUInt16LE(8)
    expect(npy.subarray(10, start).toString('latin1')).toContain(`'descr': '<f2', 'fortran_order': False, 'shape': (${values.length},)`)
    const stored = new Float16Array(npy.buffer.slice(npy.byteOffset + start, npy.byteOffset + npy.length))
    expect([...stored]).toEqual([...values])

    await inspector.getByRole('button', { name: 'Copy locus' }).click()
    await page.getByRole('menuitem', { name: /1-based/ }).click()
    await expect.poll(copied, POLL).toMatch(/^NC_001416\.1:513-1536$/)
    await inspector.getByRole('button', { name: 'Copy window hash' }).click()
    await expect.poll(copied, POLL).toBe(hash)
  })

  test('selected shards are copied as a table', { timeout: TEST_MS }, async () => {
    const { page, copied } = await open(damagedSample())
    const grid = shardGrid(page)
    await grid.getByText('chrNC_001416.1_0.parquet').first().waitFor()
    await grid.locator('[aria-rowindex="2"]').click()
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 selected').waitFor()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await expect.poll(copied, POLL).toContain('.parquet')
    const [head = '', ...lines] = (await copied()).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line.split('\t')).toHaveLength(head.split('\t').length)
    expect(lines.map(line => line.split('\t').find(cell => cell.endsWith('.parquet')))).toEqual(
      (
        await grid
          .getByRole('row', { selected: true })
          .locator('[title$=".parquet"]')
          .evaluateAll(all => all.map(each => each.getAttribute('title') ?? ''))
      ).map(path => join(path))
    )
  })
})
