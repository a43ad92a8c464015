/** The content security policy of the page, for both carriers: run its own scripts, draw, and connect to its own service. Nothing else. */

/**
 * @param socketOrigin where the page may open a WebSocket, `ws://127.0.0.1:8080`; null if it needs none
 * @returns headers for every response
 */
export function securityHeaders(socketOrigin: string | null): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(socketOrigin),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()'
  }
}

function contentSecurityPolicy(socketOrigin: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Libraries that place menus and panes set style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self'${socketOrigin === null ? '' : ` ${socketOrigin}`}`,
    "font-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'"
  ].join('; ')
}
