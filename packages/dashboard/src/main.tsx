import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { client } from './api/client.ts'
import { App } from './app.tsx'
import './icon.svg'
import { place } from './place.ts'
import { applyTheme } from './state/theme.ts'
import { ViewProvider } from './state/view.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/bar.css'
import './styles/parts.css'
import './styles/charts.css'
import './styles/views.css'

applyTheme()
createRoot(place.root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <ViewProvider>
        <App />
      </ViewProvider>
    </QueryClientProvider>
  </StrictMode>,
)
