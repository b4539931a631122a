import { WireError } from '../wire-error.ts'

/**
 * Makes an error as Biteship answers it: `{success:false, error, code}`. Errors of orders have `details` too.
 */
export function biteshipError(status: number, code: number, error: string, details?: object): WireError {
  return new WireError(status, { success: false, error, code, ...(details ? { details } : {}) })
}
