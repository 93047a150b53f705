import { useAbout } from '../api/answers.ts'

/** Whether what is seen is production: nobody should find out by what they press. */
export function Environment() {
  const about = useAbout().data
  if (about === undefined) return null
  return about.production ? (
    <span className="badge production">production</span>
  ) : (
    <span className="badge">development</span>
  )
}
