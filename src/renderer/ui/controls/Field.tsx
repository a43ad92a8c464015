/** Input fields. */
import { clsx } from 'clsx'
import type { ComponentProps } from 'react'
import classes from './Field.module.css'

/** The class names of a field, for an input that is not a `Field`. */
export function fieldClass(...others: (string | undefined)[]): string {
  return clsx(classes.field, others)
}

/** @param mono for paths and hashes */
export function Field({ mono = false, className, ...rest }: ComponentProps<'input'> & { readonly mono?: boolean }) {
  return <input className={clsx(classes.field, mono && classes.mono, className)} {...rest} />
}

/** Filters while the user types. Esc empties it. */
export function FilterField({
  value,
  onText,
  className,
  ...rest
}: Omit<ComponentProps<'input'>, 'value' | 'onChange'> & { readonly value: string; readonly onText: (text: string) => void }) {
  return (
    <input
      type='search'
      className={clsx(classes.field, classes.filter, className)}
      value={value}
      onChange={event => onText(event.target.value)}
      onKeyDown={event => {
        if (event.key !== 'Escape' || value === '') return
        event.stopPropagation()
        onText('')
      }}
      spellCheck={false}
      {...rest}
    />
  )
}
