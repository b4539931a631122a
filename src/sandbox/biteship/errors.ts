import { WireError } from '../wire-error.ts'

/** Makes an error in Biteship's words: `{success:false, error, code}`, for an order with `details`. */
export function biteshipError(status: number, code: number, error: string, details?: object): WireError {
  return new WireError(status, { success: false, error, code, ...(details ? { details } : {}) })
}
