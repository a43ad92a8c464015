/** One sentence about a failed action, shown until the user closes it or another one replaces it. */

import { createContext, type ReactNode, useContext, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Banner } from './Banner.tsx'

type Notice = { readonly text: string | null; notify(text: string | null): void }

const NoticeContext = createContext<Notice | null>(null)

function useNotice(): Notice {
  const notice = useContext(NoticeContext)
  if (notice === null) throw new Error('useNotice outside of NoticeProvider')
  return notice
}

/** Shows a sentence about a failed action. */
export function useTell(): (text: string) => void {
  return useNotice().notify
}

export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [text, notify] = useState<string | null>(null)
  return <NoticeContext value={{ text, notify }}>{children}</NoticeContext>
}

export function NoticeLine() {
  const { text, notify } = useNotice()
  if (text === null) return null
  return (
    <Banner
      tone='danger'
      actions={
        <Button small onClick={() => notify(null)}>
          Close
        </Button>
      }
    >
      {text}
    </Banner>
  )
}
