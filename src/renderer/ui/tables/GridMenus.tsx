/** The two menus of a table: at its corner for its columns and its export, and at a row for what can be done with the selected rows. */
import { useRef } from 'react'
import { ColumnsIcon } from '../controls/Icons.tsx'
import { MenuAt, MenuButton, MenuEntry, MenuGroup, MenuLine } from '../controls/Menu.tsx'
import classes from './DataGrid.module.css'
import type { GridAction, GridColumn } from './model/grid.ts'

export function CornerMenu({
  name,
  left,
  columns,
  shown,
  tooNarrow,
  onVisible,
  actions
}: {
  /** Of the table. */
  readonly name: string
  /** CSS pixels from the left edge of the table. */
  readonly left: number
  readonly columns: readonly Pick<GridColumn<never>, 'id' | 'name' | 'fixed'>[]
  readonly shown: Readonly<Record<string, boolean>>
  readonly tooNarrow: readonly string[]
  readonly onVisible: (visible: Record<string, boolean>) => void
  readonly actions: readonly GridAction[]
}) {
  const choices = columns.filter(({ fixed }) => fixed !== true)
  const title = `${name}: columns and export`
  return (
    <div className={classes.corner} style={{ left }}>
      <MenuButton
        name={title}
        aria-label={title}
        face={<ColumnsIcon />}
        kind='quiet'
        small
        square
        onAction={key => actions.find(({ id }) => id === key)?.run()}
      >
        <MenuGroup
          title='Columns'
          selectionMode='multiple'
          shouldCloseOnSelect={false}
          selectedKeys={choices.filter(({ id }) => shown[id] !== false).map(({ id }) => id)}
          onSelectionChange={keys => onVisible(Object.fromEntries(choices.map(({ id }) => [id, keys === 'all' || keys.has(id)])))}
        >
          {choices.map(({ id, name: column }) => (
            <MenuEntry key={id} id={id} name={column} aside={tooNarrow.includes(id) ? 'hidden: too narrow' : undefined} />
          ))}
        </MenuGroup>
        <MenuLine />
        {actions.map(({ id, name: action, isOff = false }) => (
          <MenuEntry key={id} id={id} name={action} isDisabled={isOff} />
        ))}
      </MenuButton>
    </div>
  )
}

export function RowMenu({
  name,
  at,
  onClose,
  actions
}: {
  readonly name: string
  readonly at: { readonly x: number; readonly y: number } | null
  readonly onClose: () => void
  readonly actions: readonly GridAction[]
}) {
  const place = useRef<HTMLSpanElement>(null)
  return (
    <>
      <span ref={place} className={classes.menuPlace} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} />
      <MenuAt
        name={name}
        place={place}
        isOpen={at !== null}
        onClose={onClose}
        onAction={key => {
          onClose()
          actions.find(({ id }) => id === key)?.run()
        }}
        disabledKeys={actions.filter(({ isOff }) => isOff === true).map(({ id }) => id)}
      >
        {actions.map(({ id, name: action, keys }) => (
          <MenuEntry key={id} id={id} name={action} aside={keys === undefined ? undefined : <kbd>{keys}</kbd>} />
        ))}
      </MenuAt>
    </>
  )
}
