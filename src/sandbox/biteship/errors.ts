import { WireError } from '../wire-error.ts'

/** An error as Biteship words it: `{success:false, error, code}`, for an order with `details`. */
export function biteshipError(status: number, code: number, error: string, details?: object): WireError {
  return new WireError(status, { success: false, error, code, ...(details ? { details } : {}) })
}
