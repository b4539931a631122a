import { WireError } from '../wire-error.ts'

/** Makes an error as Xendit answers it: `{error_code, message, errors?}`. */
export function xenditError(
  status: number,
  code: string,
  message: string,
  errors?: { path: string; message: string }[],
): WireError {
  return new WireError(status, { error_code: code, message, ...(errors ? { errors } : {}) })
}

/** Makes a 400 API_VALIDATION_ERROR that names the wrong field. */
export function invalidField(path: string, message: string): WireError {
  return xenditError(
    400,
    'API_VALIDATION_ERROR',
    `There is invalid input in one of the required request fields`,
    [{ path, message }],
  )
}
