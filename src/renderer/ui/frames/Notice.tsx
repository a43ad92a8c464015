/** One sentence about something that did not work, until it is closed or another one comes. */

import { createContext, type ReactNode, useContext, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Banner } from './Banner.tsx'

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
    <Banner
      tone='danger'
      actions={
        <Button small onClick={() => tell(null)}>
          Close
        </Button>
      }
    >
      {text}
    </Banner>
  )
}
