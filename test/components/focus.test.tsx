/** The focus after a sheet, and after what had it is gone. */
import { useState } from 'react'
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { useKeptFocus } from '../../src/renderer/state/keys/useKeptFocus.ts'
import { Button } from '../../src/renderer/ui/controls/Button.tsx'
import { Sheet } from '../../src/renderer/ui/frames/Sheet.tsx'
import { show } from './show.tsx'

function Pane({ turnsOff }: { readonly turnsOff: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const [isOff, setOff] = useState(false)
  useKeptFocus()
  return (
    <section data-pane='centre'>
      <Button data-pane-entry=''>First row</Button>
      <Button disabled={isOff} onClick={() => setOpen(true)}>
        Repair…
      </Button>
      {isOpen && (
        <Sheet
          title='Repair'
          onClose={() => setOpen(false)}
          actions={
            <Button
              onClick={() => {
                setOff(turnsOff)
                setOpen(false)
              }}
            >
              Apply
            </Button>
          }
        >
          text
        </Sheet>
      )}
    </section>
  )
}

const button = page.getByRole('button', { name: 'Repair…' })

test.each(['{Escape}', '{Enter}'])('is on the button again when the sheet that it opened is closed with %s', async key => {
  show(<Pane turnsOff={false} />)
  await button.click()
  await expect.element(page.getByRole('dialog')).toBeVisible()
  if (key === '{Enter}') page.getByRole('button', { name: 'Apply' }).element().focus()
  await userEvent.keyboard(key)
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(button).toHaveFocus()
})

test('is in the table beside the button when the button is off by then', async () => {
  show(<Pane turnsOff={true} />)
  await button.click()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect.element(page.getByRole('button', { name: 'First row' })).toHaveFocus()
})
