confirm-mail-subject = يرجى تأكيد تسجيلك لدى { $account }
confirm-mail-text =
    مرحبًا،

    يرجى اتباع هذا الرابط لتأكيد تسجيلك لدى { $account }:
    { $confirm }

    إذا لم تكن أنت، فتجاهل هذه الرسالة أو أخبرنا:
    { $notme }
update-mail-subject = يرجى تأكيد تغييراتك لدى { $account }
update-mail-text =
    مرحبًا،

    يرجى اتباع هذا الرابط لتأكيد التغييرات التي طلبتها من { $account }:
    { $confirm }

    إذا لم تكن أنت، فتجاهل هذه الرسالة أو أخبرنا:
    { $notme }
address-mail-subject = يرجى تأكيد عنوانك الجديد لدى { $account }
address-mail-text =
    مرحبًا،

    يرجى اتباع هذا الرابط كي تصل رسائل { $account } إلى هذا العنوان من الآن فصاعدًا:
    { $confirm }

    إذا لم تكن أنت، فتجاهل هذه الرسالة أو أخبرنا:
    { $notme }
address-changed-mail-subject = تغيّر عنوانك لدى { $account }
address-changed-mail-text =
    مرحبًا،

    من الآن فصاعدًا ستصلك رسائل { $account } على عنوان آخر كما طلبت.

    إذا لم تكن أنت، فيرجى الرد على هذه الرسالة.
preferences-mail-subject = تفضيلاتك لدى { $account }
preferences-mail-text =
    مرحبًا،

    بهذا الرابط يمكنك رؤية ما يُحفظ عنك لدى { $account } وتغييره:
    { $preferences }

    إذا لم تطلب ذلك، يمكنك تجاهل هذه الرسالة.
password-mail-subject = كلمة المرور لدى { $account }
password-mail-text =
    مرحبًا،

    بهذا الرابط يمكنك اختيار كلمة مرور جديدة لدى { $account }. يعمل مرة واحدة ولمدة ساعتين:
    { $link }

    إذا لم تطلب ذلك، يمكنك تجاهل هذه الرسالة: لم يتغير شيء.
welcome-mail-subject = حسابك لدى { $account }
welcome-mail-text =
    مرحبًا،

    لديك حساب لدى { $account }. بهذا الرابط يمكنك اختيار كلمة مرور له. يعمل مرة واحدة ولمدة ساعتين، ويمكنك لاحقًا طلب رابط آخر من صفحة تسجيل الدخول:
    { $link }

    إذا لم تكن أنت من فعل ذلك، يمكنك تجاهل هذه الرسالة.
login-mail-subject = رابط تسجيل الدخول لدى { $account }
login-mail-text =
    مرحبًا،

    بهذا الرابط تسجل الدخول لدى { $account }. يعمل مرة واحدة ولمدة ربع ساعة:
    { $link }

    إذا لم تطلب ذلك، يمكنك تجاهل هذه الرسالة. لا تعطِ الرابط لأحد.
alert-mail-subject = تسجيل جديد: { $form }
alert-mail-text =
    قام { $email } بالتسجيل عبر النموذج «{ $form }».
mail-footer =
    تغيير ما يصلك: { $preferences }
    إلغاء الاشتراك: { $unsubscribe }
