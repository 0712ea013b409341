/** What `npm start` and the desktop app have to know of each other: they are two processes. */

/** The environment variable that carries notices, as JSON, to the app. */
export const noticesVariable = 'BLINDSPOT_NOTICES';

/** What a smoke start says when its window has loaded; `npm start` waits for it before it chooses the desktop app. */
export const smokeWord = 'blindspot: the window comes up';
