/** Import this before any module that makes a schema. The page's policy forbids code made from text, which zod would try. */
import { z } from 'zod/mini'

z.config({ jitless: true })
