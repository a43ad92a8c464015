/** Export from the window: the clipboard and files. */
import { desktop } from '../data/client.ts'

/** Copies text to the clipboard. @throws Error if the browser denies it */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch (error) {
    // Without the permission, the older API still works within a click.
    if (!copyBySelection(text)) throw error
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  const focused = document.activeElement
  area.value = text
  area.setAttribute('readonly', '')
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return done
}

/** Saves bytes under a name that the user may change. @returns false if the user cancelled */
export async function saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const bridge = desktop()
  if (bridge !== null) return bridge.saveFile(name, bytes)
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return true
}
