/** The first button of a sheet: away with it, and nothing is done. */
import { Button } from './Button.tsx'

export function CloseButton({ onClose, children = 'Close' }: { readonly onClose: () => void; readonly children?: string }) {
  return <Button onClick={onClose}>{children}</Button>
}
