"""Composition root of notifier: settings, doors, jobs and tables in one value."""

from notifier import handlers, pages
from notifier.adapters.smtp.client import MailServer
from notifier.adapters.smtp.letters import LetterHead
from notifier.jobs import Post, jobs
from notifier.settings import Settings
from notifier.tables import Base
from notifier.views import VIEWS
from shared.contracts.notification import SOURCE, TOPIC
from shared.service import Service


def make_service() -> Service:
    """Return the service as its environment describes it."""
    settings = Settings()
    head = LetterHead(
        sender_name=settings.mail_from_name,
        sender_address=settings.mail_from,
        public_url=settings.public_url,
        link_key=settings.link_key,
        support_phone=settings.support_phone,
    )
    return Service(
        name="notifier",
        package="notifier",
        settings=settings,
        metadata=Base.metadata,
        topic=TOPIC,
        source=SOURCE,
        subscriptions=handlers.SUBSCRIPTIONS,
        views=VIEWS,
        jobs=jobs(Post(MailServer(settings.mail_url), head)),
        routers=(pages.router,),
    )
