/** What a smoke start says when its window has loaded; `npm start` waits for it before it chooses the desktop app. */
export const smokeWord = 'blindspot: the window comes up';
