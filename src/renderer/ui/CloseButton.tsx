/** The first button of a sheet: away with it, and nothing is done. */
import controls from './styles/controls.module.css'

export function CloseButton({ onClose, children = 'Close' }: { readonly onClose: () => void; readonly children?: string }) {
  return (
    <button type='button' className={controls.button} onClick={onClose}>
      {children}
    </button>
  )
}
