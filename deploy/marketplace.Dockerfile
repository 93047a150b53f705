# The marketplace from this repository, run from its sources: `docker build -f deploy/marketplace.Dockerfile .`
FROM node:24-slim

WORKDIR /app
COPY . .
# The Node among the optional dependencies is for work on the repository; here it is that of the image.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
EXPOSE 8000
USER node
CMD ["node", "--conditions=@hitrate/source", "apps/marketplace/src/main.ts"]
