/** Imported before anything that makes a schema: the page's policy allows no code made from text, and zod would try. */
import { z } from 'zod/mini'

z.config({ jitless: true })
