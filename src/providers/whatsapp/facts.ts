// What Meta and Fonnte document and laku relies on. The source, its date and how sure it is stand under the same name in docs/providers.md.

/** meta.text-window: free text is taken for so long after the recipient's last message (h). */
export const TEXT_WINDOW_H = 24
