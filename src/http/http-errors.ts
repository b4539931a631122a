import { defineErrors } from '../domain/kernel/index.ts'

/** The errors of the HTTP server itself, in contrast to those of the domains. */
export const httpErrors = defineErrors('http', {
  unauthorized: [
    'forbidden',
    'You are not logged in: the access token is missing, wrong or expired. Log in, then send the request again.',
  ],
  invalid: ['invalid', 'The request is not valid. Correct what the details name, then send it again.'],
  no_such_route: ['not_found', 'There is nothing at this address. Check the URL and the HTTP method.'],
  body_too_large: [
    'invalid',
    'The request body is larger than this route accepts. Send a smaller body; the details name its limit in bytes.',
  ],
  header_too_large: ['invalid', 'A request header is longer than 4 KiB. Send shorter headers.'],
  too_slow: ['invalid', 'The request did not arrive completely within 30 seconds. Send it again.'],
  unsupported_media_type: [
    'invalid',
    'The content type of the request is not supported. Send JSON, with the header Content-Type: application/json.',
  ],
  too_many_requests: [
    'limited',
    'You sent too many requests. Wait for the number of seconds in Retry-After, then try again.',
  ],
  provider_unavailable: [
    'unavailable',
    'A provider for payments, couriers or messages does not answer now; nothing was lost. Try again in a few seconds.',
  ],
  provider_refused: [
    'unavailable',
    'A provider for payments, couriers or messages refused this request. Contact customer support and give the request_id.',
  ],
  internal: [
    'unavailable',
    'There was an error on our server; nothing was changed. Try again; if it happens again, contact customer support and give the request_id.',
  ],
})
