language-name = العربية
dir = rtl

number-group = ,
number-decimal = .
date = { $day } { $month } { $year }
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

title = { $page } – { $account }
privacy-link = إشعار الخصوصية
other-languages = لغات أخرى
yes = نعم
no = لا
required-note = يجب ملء الحقول المميزة بعلامة *.
error-prefix = خطأ:
honeypot-label = اترك هذا الحقل فارغًا
challenge-title = خطوة أخرى
challenge-again = لحظة من فضلك: نتحقق من أن هذا النموذج لا يرسله برنامج. ليس عليك فعل أي شيء. إذا لم يحدث شيء، فاضغط على الزر مرة أخرى.
challenge-working = جارٍ التحقق…
challenge-done = تم التحقق. جارٍ الإرسال…
challenge-failed = لم ينجح التحقق. يرجى الضغط على الزر مرة أخرى.

field-EmailAddress = البريد الإلكتروني
field-Title = اللقب
field-FirstName = الاسم الأول
field-LastName = اسم العائلة
field-KnownAs = الاسم المعروف به
field-CompanyName = الشركة
field-PhoneNumber = رقم الهاتف
field-MobilePhoneNumber = رقم الجوال
field-Address1 = العنوان، السطر 1
field-Address2 = العنوان، السطر 2
field-Address3 = العنوان، السطر 3
field-City = المدينة
field-County = المحافظة
field-PostCode = الرمز البريدي
field-BirthDate = تاريخ الميلاد
field-GiftAidConfirmed = تأكيد Gift Aid
choose = يرجى الاختيار

form-send = التسجيل
lists-legend = ماذا تود أن يصلك؟
statements-legend = كيف يمكننا التواصل معك؟
basis-consent = فقط بموافقتك. يمكنك تغيير رأيك في أي وقت.
basis-interest = نقوم بذلك استنادًا إلى مصلحة مشروعة. يمكنك الاعتراض في أي وقت.
channel-email = البريد الإلكتروني
channel-post = البريد العادي
channel-sms = رسالة نصية
channel-phone = الهاتف
channel-other = أخرى
wording-changed = تغيّرت صياغة أسئلتنا للتو. يرجى مراجعتها قبل الإرسال.
submitted-title = شكرًا لك
submitted-pending = بقيت خطوة واحدة: افتح الرسالة التي أرسلناها إليك للتو واتبع الرابط الموجود فيها.
submitted-applied = شكرًا لك، تم تسجيلك.
form-closed-title = هذا النموذج مغلق
form-closed = لا يستقبل تسجيلات في الوقت الحالي.

faults-title =
    { $count ->
        [one] هناك مشكلة
        [two] هناك مشكلتان
        [few] هناك { $count } مشكلات
       *[other] هناك { $count } مشكلة
    }
fault-email-blank = يرجى إدخال بريدك الإلكتروني.
fault-email-long = عنوان البريد الإلكتروني هذا طويل جدًا.
fault-email-malformed = يرجى إدخال عنوان بريد إلكتروني مثل name@example.org.
email-perhaps-meant = هل تقصد { $address }؟ إذا كان العنوان صحيحًا كما هو، فأرسل النموذج مرة أخرى.
fault-email-known = يوجد بالفعل حساب بهذا البريد الإلكتروني.
fault-form-unknown = هذا النموذج غير موجود أو مغلق.
fault-list-unknown = لم يعد «{ $name }» متاحًا.
fault-no-fields = يرجى ملء الحقول المطلوبة.
fault-required = يرجى ملء «{ $label }».
fault-field-unknown = لا يوجد حقل «{ $name }».
fault-not-on-forms = لا يمكن تعيين «{ $label }» هنا.
fault-too-long = يمكن أن يحتوي «{ $label }» على { $most } حرف كحد أقصى.
fault-wrong-type = «{ $label }» ليس بالشكل الصحيح.
fault-wrong-date = يجب أن يكون «{ $label }» تاريخًا، مثل { $example }.
fault-wrong-whole = يجب أن يكون «{ $label }» عددًا صحيحًا، مثل 42.
fault-wrong-number = يجب أن يكون «{ $label }» رقمًا، مثل { $example }.
fault-wrong-boolean = يرجى الإجابة عن «{ $label }» بنعم أو لا.
fault-option = يرجى اختيار أحد خيارات «{ $label }».
fault-control = يحتوي «{ $label }» على رموز لا يمكن حفظها.
fault-tag-unknown = لا توجد علامة «{ $name }».
fault-statement-unknown = لا يوجد بيان «{ $name }».
fault-statement-required = يرجى الموافقة على هذا كي تتمكن من التسجيل.

confirm-title = خطوة أخيرة
confirm-intro = لقد طلبت التسجيل لدى { $account } بالعنوان { $email }.
confirm-button = نعم، أؤكد
confirm-update-title = أكّد تغييراتك
confirm-update-intro = لقد طلبت من { $account } تغيير ما يُحفظ عن { $email }.
confirm-address-title = أكّد عنوانك الجديد
confirm-address-intro = من الآن فصاعدًا ستكون مراسلات { $account } إلى { $email }.
not-me-question = لست أنت؟
not-me-link = لم أكن أنا
confirmed-title = تم كل شيء
confirmed-message = شكرًا لك، تم تأكيد تسجيلك.
confirmed-update-message = شكرًا لك، تم حفظ تغييراتك.
confirmed-address-message = شكرًا لك، سنستخدم عنوانك الجديد من الآن فصاعدًا.
used-note = سبق لك اتباع هذا الرابط. لم يتغير شيء.
expired-title = انتهت صلاحية هذا الرابط
expired-message = حفاظًا على سلامتك، تعمل الروابط في رسائلنا لمدة محدودة.
expired-button = أرسلوا لي رابطًا جديدًا
expired-sent-title = يرجى مراجعة بريدك الإلكتروني
expired-sent-message = إذا كان تسجيلك لا يزال مفتوحًا، فسيصلك رابط جديد.
unknown-link-title = هذا الرابط لا يعمل
unknown-link-message = ربما ينقص جزء منه. يرجى نسخ الرابط كاملًا من الرسالة، أو التسجيل من جديد.

not-me-title = ألم تكن أنت؟
not-me-intro = أعطى شخصٌ ما عنوانك إلى { $account }. بنقرة واحدة نحذف التسجيل ولا نراسلك مرة أخرى.
not-me-button = لم أكن أنا، لا تراسلوني مجددًا
not-me-done-title = نعتذر عن الإزعاج
not-me-done-message = تم حذف التسجيل. لن تصل إلى هذا العنوان رسائل أخرى من { $account }.

preferences-title = تفضيلاتك
preferences-intro = هذا ما يُحفظ لدى { $account } عن { $email }.
preferences-saved = تم حفظ تغييراتك.
preferences-details = بياناتك
preferences-more = المزيد من البيانات
preferences-lists = ما يصلك
preferences-statements = كيف يمكننا التواصل معك
preferences-save = حفظ التغييرات
statement-yes-since = أجبت بنعم في { $date }.
statement-no-since = أجبت بلا في { $date }.
unsubscribe-everything = إيقاف جميع الرسائل
change-address-title = تغيير بريدك الإلكتروني
change-address-label = البريد الإلكتروني الجديد
change-address-hint = سنرسل رابطًا إلى العنوان الجديد، ويتم التغيير بعد اتباعك ذلك الرابط.
change-address-button = تغيير العنوان
change-address-sent = أرسلنا رابطًا إلى { $email }. يرجى اتباعه لإتمام التغيير.
download-title = بياناتك المحفوظة
download-intro = كل ما نحفظه عنك، في ملف.
download-button = تنزيل بياناتي
delete-title = حذفي
delete-intro = يحذف هذا كل ما يُحفظ عنك هنا لدى { $account }. لا يمكن التراجع عنه.
delete-button = نعم، احذفوا كل شيء عني
deleted-title = تم حذفك
deleted-message = لم يعد يُحفظ عنك شيء هنا لدى { $account }.
preferences-request-title = عرض تفضيلاتك أو تغييرها
preferences-request-intro = أخبرنا ببريدك الإلكتروني وسنرسل إليك رابطًا.
preferences-request-button = أرسلوا لي الرابط
preferences-request-sent-title = يرجى مراجعة بريدك الإلكتروني
preferences-request-sent = إذا كان هذا العنوان معروفًا لدينا، فسيصله رابط.

unsubscribe-title = إلغاء الاشتراك
unsubscribe-intro = ما الذي يجب ألا يصل بعد الآن إلى { $email }؟
unsubscribe-list-button = «{ $list }» فقط
unsubscribe-all-button = كل شيء من { $account }
unsubscribed-title = تم إلغاء اشتراكك
unsubscribed-list = لن يصل «{ $list }» بعد الآن إلى { $email }.
unsubscribed-all = لن تصل رسائل من { $account } بعد الآن إلى { $email }.
undo-question = عن طريق الخطأ؟
undo-button = تراجع
undone-title = تم التراجع
undone-list = سيصل «{ $list }» مجددًا إلى { $email }.
undone-all = يمكن أن تصل رسائل { $account } مجددًا إلى { $email } كما في السابق.
preferences-link = عرض كل تفضيلاتك

password-title = اختيار كلمة المرور
password-intro = اختر كلمة مرور لحسابك لدى { $account }.
password-label = كلمة المرور الجديدة
password-hint = 8 أحرف على الأقل.
password-button = حفظ كلمة المرور
password-fault = يرجى اختيار كلمة مرور من 8 إلى 100 حرف.
password-set-title = تم حفظ كلمة المرور
password-set-message = يمكنك من الآن تسجيل الدخول بها.
password-used-title = سبق استخدام هذا الرابط
password-used-message = كل رابط يتيح اختيار كلمة المرور مرة واحدة. اطلب رابطًا آخر من صفحة تسجيل الدخول.
password-expired-message = حفاظًا على سلامتك، يعمل الرابط لمدة ساعتين. اطلب رابطًا جديدًا من صفحة تسجيل الدخول.

error-400-title = لم نتمكن من قراءة هذا
error-400 = كان الطلب ناقصًا أو غير مقروء. يرجى الرجوع والمحاولة مرة أخرى.
error-403-title = هذا غير مسموح
error-403 = جاء الطلب من مكان لا يحق له إرساله.
error-404-title = لا يوجد شيء هنا
error-404 = ربما كُتب العنوان خطأً، أو نُقلت الصفحة.
error-405-title = هذا لا يعمل هنا
error-405 = لا تقبل الصفحة هذا النوع من الطلبات.
error-410-title = لم يعد هذا موجودًا
error-410 = ما كان هنا لم يعد متاحًا.
error-413-title = كان ذلك كثيرًا
error-413 = ما أرسلته كبير جدًا. يرجى اختصاره والمحاولة مرة أخرى.
error-415-title = لم نتمكن من قراءة هذا
error-415 = لم يكن الطلب بصيغة تقبلها هذه الصفحة.
error-422-title = هناك شيء غير صحيح
error-422 = يرجى التحقق مما أدخلته والمحاولة مرة أخرى.
error-429-title = أسرع قليلًا من اللازم
error-429 =
    { $minutes ->
        [one] يرجى الانتظار دقيقة والمحاولة مرة أخرى.
        [two] يرجى الانتظار دقيقتين والمحاولة مرة أخرى.
        [few] يرجى الانتظار { $minutes } دقائق والمحاولة مرة أخرى.
       *[other] يرجى الانتظار { $minutes } دقيقة والمحاولة مرة أخرى.
    }
error-500-title = حدث خطأ ما
error-500 = الخطأ من جانبنا. يرجى المحاولة لاحقًا.
error-503-title = سنعود حالًا
error-503 = لا يمكننا استقبال هذا الآن. يرجى المحاولة بعد لحظات. لم يُفقد شيء.
