/** The first button of a sheet. It closes the sheet without any action. */
import { Button } from './Button.tsx'

export function CloseButton({ onClose, children = 'Close' }: { readonly onClose: () => void; readonly children?: string }) {
  return <Button onClick={onClose}>{children}</Button>
}
