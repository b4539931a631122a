import type { ParcelOrigin } from '../domain/logistics/index.ts'
import type { Config } from './config.ts'

/** Returns the warehouse of the configuration, in the form that couriers need. */
export function parcelOrigin(config: Config): ParcelOrigin {
  return {
    contactName: config.warehouseContactName,
    contactPhone: config.warehouseContactPhone,
    address: config.warehouseAddress,
    postalCode: config.warehousePostalCode,
  }
}
