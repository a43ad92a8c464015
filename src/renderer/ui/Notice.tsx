/** One sentence about something that did not work, until it is closed or another one comes. */
import { createContext, type ReactNode, useContext, useState } from 'react'
import controls from './styles/controls.module.css'

type Notice = { readonly text: string | null; tell(text: string | null): void }

const NoticeContext = createContext<Notice | null>(null)

function useNotice(): Notice {
  const notice = useContext(NoticeContext)
  if (notice === null) throw new Error('useNotice outside of NoticeProvider')
  return notice
}

/** How to tell that something did not work. */
export function useTell(): (text: string) => void {
  return useNotice().tell
}

export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [text, tell] = useState<string | null>(null)
  return <NoticeContext value={{ text, tell }}>{children}</NoticeContext>
}

export function NoticeLine() {
  const { text, tell } = useNotice()
  if (text === null) return null
  return (
    <div className={controls.banner} data-tone='danger' role='alert'>
      <span className={controls.grow}>{text}</span>
      <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => tell(null)}>
        Close
      </button>
    </div>
  )
}
