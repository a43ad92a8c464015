/** Types with values that Python cannot always represent. Only these must be converted to check them. */
import { type ArrowType, childrenOf } from '../arrow/arrowType.ts'

export function mayRaise(type: ArrowType): boolean {
  switch (type.id) {
    case 'string':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'duration':
    case 'decimal':
    case 'struct':
    case 'other':
      return true
    case 'dictionary':
      return mayRaise(type.value)
    case 'extension':
      return mayRaise(type.storage)
    default:
      return childrenOf(type).some(child => mayRaise(child.type))
  }
}
