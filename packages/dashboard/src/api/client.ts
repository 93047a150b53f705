import { QueryClient } from '@tanstack/react-query'

/** How long an answer nobody shows any more is kept: for going back to a window just left. */
const KEPT_MS = 60_000

export const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The next question is the retry.
      retry: false,
      gcTime: KEPT_MS,
      // A monitor on this machine answers without a network.
      networkMode: 'always',
      refetchOnWindowFocus: true,
      refetchIntervalInBackground: false,
    },
  },
})
