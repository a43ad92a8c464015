/** Icons of buttons. */
import type { ReactNode } from 'react'

function Icon({ size = 12, width = 1.4, children }: { readonly size?: number; readonly width?: number; readonly children: ReactNode }) {
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width={size}
      height={size}
      fill='none'
      stroke='currentColor'
      strokeWidth={width}
      strokeLinecap='round'
      strokeLinejoin='round'
      aria-hidden='true'
    >
      {children}
    </svg>
  )
}

export function DownIcon() {
  return (
    <Icon size={8}>
      <path d='m1 2.5 3 3 3-3' />
    </Icon>
  )
}

export function FoldIcon() {
  return (
    <Icon size={8}>
      <path d='m2.5 1 3 3-3 3' />
    </Icon>
  )
}

export function BackIcon() {
  return (
    <Icon width={1.6}>
      <path d='M7.5 2 3.5 6l4 4' />
    </Icon>
  )
}

export function ForwardIcon() {
  return (
    <Icon width={1.6}>
      <path d='m4.5 2 4 4-4 4' />
    </Icon>
  )
}

export function UpIcon() {
  return (
    <Icon width={1.6}>
      <path d='m2 7.5 4-4 4 4' />
    </Icon>
  )
}

export function NextIcon() {
  return (
    <Icon width={1.6}>
      <path d='m2 4.5 4 4 4-4' />
    </Icon>
  )
}

export function CopyIcon() {
  return (
    <Icon width={1.2}>
      <rect x='1.5' y='1.5' width='6.5' height='6.5' rx='1.5' />
      <path d='M4 10.5h5.5a1 1 0 0 0 1-1V4' />
    </Icon>
  )
}

export function TickIcon() {
  return (
    <Icon width={1.6}>
      <path d='M2 6.5 4.8 9.2 10 3' />
    </Icon>
  )
}

export function SearchIcon() {
  return (
    <Icon size={14}>
      <circle cx='6' cy='6' r='4' />
      <path d='m9 9 3.5 3.5' />
    </Icon>
  )
}

export function CacheIcon() {
  return (
    <Icon size={14} width={1.3}>
      <ellipse cx='7' cy='3.2' rx='4.8' ry='1.8' />
      <path d='M2.2 3.2v7.6c0 1 2.1 1.8 4.8 1.8s4.8-.8 4.8-1.8V3.2M2.2 7c0 1 2.1 1.8 4.8 1.8S11.8 8 11.8 7' />
    </Icon>
  )
}

export function LockIcon() {
  return (
    <Icon width={1.2}>
      <rect x='2.5' y='5.5' width='7' height='5' rx='1' />
      <path d='M4 5.5V4a2 2 0 0 1 4 0v1.5' />
    </Icon>
  )
}

export function DrawerIcon() {
  return (
    <Icon width={1.2}>
      <rect x='1.5' y='1.5' width='9' height='9' rx='1.5' />
      <path d='M1.5 7.5h9' />
    </Icon>
  )
}

export function ColumnsIcon() {
  return (
    <Icon width={1.2}>
      <rect x='1.5' y='1.5' width='9' height='9' rx='1.5' />
      <path d='M4.5 1.5v9M7.5 1.5v9' />
    </Icon>
  )
}
