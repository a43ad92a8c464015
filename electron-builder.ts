/**
 * The program as it is installed: an archive of what the build made, and outside of it only what has native code. The fuses take away
 * every way to run something else with it.
 */
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Configuration } from 'electron-builder'

/** Use the runtime on this machine instead of downloading one. */
const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH
const version = dist ? readFileSync(join(dist, 'version'), 'utf8').trim().replace(/^v/, '') : undefined
/** Before Electron 35 its Node cannot run the service: a plain Node does, which cannot read the archive. */
const isOld = version !== undefined && Number(version.split('.')[0]) < 35
const native = ['node_modules/better-sqlite3/**']

const configuration: Configuration = {
  appId: 'org.genolewm.cache-inspector',
  productName: 'GenoLeWM Cache Inspector',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills it in
  artifactName: '${name}-${version}-${os}-${arch}.${ext}',
  directories: { output: 'dist' },
  files: [
    'package.json',
    'LICENSE',
    'out/desktop/**',
    'out/main/**',
    'out/renderer/**',
    'resources/**',
    // All but one of the dependencies are in the bundles.
    '!node_modules/**',
    'node_modules/better-sqlite3/{package.json,LICENSE,lib/**}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills it in
    'node_modules/better-sqlite3/prebuilds/${platform}*-${arch}.node'
  ],
  asar: true,
  asarUnpack: isOld ? [...native, 'package.json', 'out/main/**', 'resources/**'] : native,
  ...(isOld && { extraResources: [{ from: realpathSync(join(import.meta.dirname, 'node_modules/.bin/node')), to: 'node' }] }),
  // The native parts come built, for every platform.
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
    enableCookieEncryption: true
  },
  linux: { target: ['AppImage', 'deb', 'tar.gz'], category: 'Science', executableName: 'geno-lewm-cache-inspector' },
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.developer-tools', hardenedRuntime: true },
  win: { target: ['nsis', 'zip'] },
  publish: null,
  ...(dist && { electronDist: dist, electronVersion: version })
}

export default configuration
