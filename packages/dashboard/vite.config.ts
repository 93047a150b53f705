import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/**
 * Builds what the monitor serves: one script, one style, one icon and a manifest that names them. The page around them is
 * the monitor's (packages/monitor/src/pages), as it knows where it is mounted.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  build: {
    outDir: '../monitor/dist/dashboard',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: false,
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
    rolldownOptions: {
      input: 'src/main.tsx',
      onLog(level, log, handle) {
        // "use client" in libraries is for those who render on servers.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
})
